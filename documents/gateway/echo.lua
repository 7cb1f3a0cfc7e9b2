-- Answers with what an application behind the gate gets to see. It runs in the echo's own Envoy, in dev only.
local function quote(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(char)
    return string.format("\\u%04x", char:byte())
  end) .. '"'
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local names = {}
  for name, value in pairs(headers) do
    names[#names + 1] = "    " .. quote(name) .. ": " .. quote(value)
  end
  table.sort(names)
  local groups = {}
  for group in (headers:get("kubeflow-groups") or ""):gmatch("[^,]+") do
    groups[#groups + 1] = quote(group)
  end
  local user = headers:get("kubeflow-userid")
  local body = '{\n  "user": ' .. (user and quote(user) or "null") .. ',\n  "groups": [' .. table.concat(groups, ", ")
    .. '],\n  "headers": {\n' .. table.concat(names, ",\n") .. "\n  }\n}\n"
  local answer = { [":status"] = "200", ["content-type"] = "application/json", ["cache-control"] = "no-store" }
  -- For whoever wants to see what becomes of an application's cookie. No page of another origin can send this header.
  answer["set-cookie"] = headers:get("x-echo-set-cookie")
  answer["service-worker-allowed"] = headers:get("x-echo-service-worker-allowed")
  handle:respond(answer, body)
end
