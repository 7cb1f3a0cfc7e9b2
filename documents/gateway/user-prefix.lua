-- What a machine is called where its issuer has a prefix: two issuers may name the same user, and applications know a user
-- by one text. The rules for tokens write no user of these issuers, so that without this filter nobody has one.
-- By the issuer's URL.
local prefixes = { {{userPrefixes}} }
local user_claims = { {{userClaims}} }

local function apply(handle)
  local metadata = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  local claims = metadata and metadata["payload"]
  local issuer = claims and claims["iss"]
  if not issuer or not prefixes[issuer] then
    return
  end
  local user = claims[user_claims[issuer]]
  -- A list or a number is no name, and a control character could end the header.
  if type(user) ~= "string" or user == "" or user:find("[^\32-\126]") then
    handle:respond({ [":status"] = "403" }, "")
    return
  end
  handle:headers():replace("kubeflow-userid", prefixes[issuer] .. user)
end

envoy_on_request = guarded("user prefix", apply)
