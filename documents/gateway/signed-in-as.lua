-- The mark that a sign-in left says whose session it was, from the first request with it on: the subject of the verified token, which a
-- refresh doesn't change. A session of somebody else's was put there by another host. It is refused, and the browser told to forget its
-- cookies, so that the person signs in again.
-- It stands behind the check of the token. signed-in-here.lua has looked for the mark; a token that a client sent itself is no session.

-- The subject as a cookie's value, if it is one that a cookie can hold; OpenID Connect Core 1.0, section 2, gives it 255 characters.
local function named(subject)
  if type(subject) ~= "string" or subject == "" or #subject > 1000 then
    return nil
  end
  return "sub-" .. (subject:gsub("[^%w]", function(char)
    return string.format("%%%02X", char:byte())
  end))
end

local function on_request(handle)
  local metadata = handle:streamInfo():dynamicMetadata()
  local own, token = metadata:get("gatehouse"), metadata:get("envoy.filters.http.jwt_authn")
  local mark, claims = own and own["signed_in_mark"], token and token["payload"]
  if not mark or not claims then
    return
  end
  local wanted = named(claims["sub"])
  if wanted and begins_with(mark, "begun-") then
    metadata:set("gatehouse", "signed_in_as", wanted)
  elseif mark ~= wanted then
    handle:respond({
      [":status"] = "403",
      ["content-type"] = "text/plain",
      ["cache-control"] = "no-store",
      ["clear-site-data"] = '"cookies"',
      ["set-cookie"] = signed_in_mark .. "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
    }, "This browser was given somebody else's session. Load the page again, and sign in.\n")
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  local subject = own and own["signed_in_as"]
  if subject then
    -- Browsers keep nothing longer than 400 days (RFC 6265bis, section 5.5). Alone it is of no use.
    handle:headers():add(
      "set-cookie",
      signed_in_mark .. "=" .. subject .. "; Path=/; Max-Age=34560000; Secure; HttpOnly; SameSite=Lax"
    )
  end
end

envoy_on_request = guarded("signed in as", on_request)
envoy_on_response = guarded_answer("signed in as", on_response)
