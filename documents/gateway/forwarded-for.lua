-- Leaves in X-Forwarded-For what trusted proxies wrote: each of them added one address at the end, and Envoy that of the
-- last. What stands before came from the client, who may have written anything.
local trusted_hops = {{trustedHops}}

local function trusted_part(handle)
  local headers = handle:headers()
  local parts = {}
  for index = 0, headers:getNumValues("x-forwarded-for") - 1 do
    parts[#parts + 1] = headers:getAtIndex("x-forwarded-for", index)
  end
  local addresses = {}
  for part in (table.concat(parts, ",") .. ","):gmatch("([^,]*),") do
    -- In two steps, because one pattern with blanks at both ends takes the square of a long text's length.
    local first = part:find("%S")
    addresses[#addresses + 1] = first and part:sub(first, (part:find("%S%s*$", first))) or ""
  end
  local first = math.max(#addresses - trusted_hops, 1)
  return table.concat(addresses, ",", first)
end

function envoy_on_request(handle)
  local ok, list = pcall(trusted_part, handle)
  if ok and list ~= "" then
    handle:headers():replace("x-forwarded-for", list)
  else
    handle:headers():remove("x-forwarded-for")
  end
end
