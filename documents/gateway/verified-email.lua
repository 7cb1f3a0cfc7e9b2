-- A provider in place of Dex may let people enter any address, and say `email_verified: false` (OpenID Connect Core 1.0,
-- section 5.1). oauth2-proxy refuses such a person; this refuses a token that was fetched in another way and shown as a bearer
-- token. A policy cannot: Istio's conditions know texts and no true or false. A claim that is missing passes, as at oauth2-proxy.
local issuer = {{issuer}}

local function apply(handle)
  local metadata = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  local claims = metadata and metadata["payload"]
  if not claims or claims["iss"] ~= issuer then
    return
  end
  local verified = claims["email_verified"]
  if verified ~= nil and verified ~= true and verified ~= "true" then
    handle:respond({ [":status"] = "403" }, "")
  end
end

envoy_on_request = guarded("verified email", apply)
