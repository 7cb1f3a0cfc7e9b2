-- A sign-out at the gate ends the notebooks' session, too. That one is a cookie of another domain, which only a page of that
-- domain can take back, and Kubeflow's dashboard signs out by a script. So the sign-out leaves a mark, and the next page that
-- somebody goes to at the gate leads through the notebooks' sign-out first, which leads back. A refused one, such as another
-- origin's call, leaves none.
local gate_host = {{gateHost}}
local sign_out = {{signOut}}
-- For this host alone, and out of reach of its scripts (RFC 6265bis, section 4.1.3.2).
local mark = "__Host-gatehouse-signed-out"

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function is_marked(headers)
  for index = 0, headers:getNumValues("cookie") - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      if pair:find("^%s*" .. mark:gsub("%-", "%%-") .. "=") then
        return true
      end
    end
  end
  return false
end

local function is_page(headers)
  return headers:get(":method") == "GET" and headers:get("sec-fetch-mode") == "navigate"
    and headers:get("sec-fetch-dest") == "document"
end

local function on_request(handle)
  local headers = handle:headers()
  local host = (headers:get(":authority") or ""):lower():gsub(":[^:%]]*$", "")
  if host ~= gate_host then
    return
  end
  local path = (headers:get(":path") or ""):gsub("[?#].*", "")
  if decoded(path) == "/oauth2/sign_out" then
    handle:streamInfo():dynamicMetadata():set("gatehouse", "signs_out", "yes")
  elseif is_page(headers) and is_marked(headers) then
    handle:respond({
      [":status"] = "302",
      ["location"] = sign_out,
      ["set-cookie"] = mark .. "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
      ["cache-control"] = "no-store",
    }, "")
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if own and own["signs_out"] and (handle:headers():get(":status") or "") < "400" then
    handle:headers():add("set-cookie", mark .. "=1; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax")
  end
end

envoy_on_request = guarded("notebook sign-out", on_request)
envoy_on_response = guarded_answer("notebook sign-out", on_response)
