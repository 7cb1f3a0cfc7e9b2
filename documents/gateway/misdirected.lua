-- A browser uses one HTTP/2 connection for all hosts that a certificate covers (RFC 9113, section 9.1.1), but an
-- application's host has a listener of its own, and another host's connection knows no route to it. 421 makes the browser
-- ask again on a connection of that host's own (RFC 9110, section 15.5.20), where 404 would be the last word.
-- Hosts in this list share a listener. A client that names no server, as for an address, is not meant.
local shared = { {{hosts}} }

function envoy_on_request(handle)
  local server = (handle:streamInfo():requestedServerName() or ""):lower()
  local authority = (handle:headers():get(":authority") or ""):lower():gsub(":%d+$", "")
  local is_name = authority:find("^[a-z0-9][a-z0-9.-]*[a-z0-9]$") ~= nil
  if server ~= "" and is_name and authority ~= server and not (shared[server] and shared[authority]) then
    handle:respond({ [":status"] = "421" }, "")
  end
end
