
-- ACME's HTTP-01 challenge goes through to its solver (RFC 8555, section 8.3): a GET of one of our hosts, and a token of
-- base64url at the end of exactly this path. Everything else is the redirect's, as without this part.
local redirect = envoy_on_request

function envoy_on_request(handle)
  local headers = handle:headers()
  local authority = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  local path = headers:get(":path") or ""
  local token = path:match("^/%.well%-known/acme%-challenge/([A-Za-z0-9_-]+)$")
  if not (ours(authority) and token and headers:get(":method") == "GET") then
    redirect(handle)
  end
end
