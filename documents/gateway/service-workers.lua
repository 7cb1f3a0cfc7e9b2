-- With Service-Worker-Allowed an application's script could register a service worker for all of its host, the gate's sign-in
-- included (https://www.w3.org/TR/service-workers/#service-worker-script-response). A notebook's own host serves that notebook and
-- nothing else, so that there is nothing wider to have, and programs such as code-server keep their worker's script in a folder.
-- With a dot before it.
local domain = {{domain}}
local sign_in_host = {{signInHost}}

local function on_request(handle)
  local host = (handle:headers():get(":authority") or ""):lower():gsub(":[^:%]]*$", "")
  if host:sub(-#domain) == domain and host ~= sign_in_host then
    handle:streamInfo():dynamicMetadata():set("gatehouse", "own_host", "yes")
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if not (own and own["own_host"]) then
    handle:headers():remove("service-worker-allowed")
  end
end

envoy_on_request = guarded("service workers", on_request)
envoy_on_response = guarded_answer("service workers", on_response, function(headers)
  headers:remove("service-worker-allowed")
end)
