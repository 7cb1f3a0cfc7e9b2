-- Artifacts of Kubeflow Pipelines. Where an address names no namespace, its UI serves everybody's with credentials of its own
-- (kubeflow/pipelines#9889). With one it asks whether the person may see that (from 2.17), or hands on to that namespace's own server
-- (before, with ARTIFACTS_PROXY_ENABLED). So an address of artifacts has to name exactly one, in the only spelling that the UI and
-- this filter read alike. And an artifact is a file that anybody's
-- pipeline made: as a page of this origin its scripts would have a person's session, so a browser is told to give it an origin of
-- nobody's (https://www.w3.org/TR/CSP3/#directive-sandbox).
local ui_host = {{uiHost}}
-- Whether all of that host is the UI, which has the same below "/" as below "/pipeline/".
local whole_host = {{wholeHost}}
-- Where the gate's host is an address, its routes are there under every name.
local under_every_name = {{underEveryName}}

-- The UI's reader of queries (qs) stops after a thousand parameters, and would not see what comes behind.
local most_parameters = 100

local function decoded(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- Another host's filter of this kind leaves the answer alone.
local mark = "artifact at " .. ui_host

-- The UI's routes know no difference between small and capital letters, and decode nothing.
-- Envoy finds the host's routes whatever stands behind the last colon, a port or nothing (ignore_port_in_host_matching, which Istio
-- sets), and so does this.
local function is_artifact(headers)
  local authority = (headers:get(":authority") or ""):lower():gsub(":[^:%]]*$", ""):gsub("%.$", "")
  local path = (headers:get(":path") or ""):lower():gsub("[?#].*", "")
  local at_ui = under_every_name or authority == ui_host
  return at_ui and (path:find("^/pipeline/+artifacts/") ~= nil or (whole_host and path:find("^/+artifacts/") ~= nil))
end

local function names_one_namespace(path)
  if path:find("#", 1, true) then
    return false
  end
  local query = path:match("%?(.*)$") or ""
  local count, named = 0, 0
  for pair in (query .. "&"):gmatch("([^&]*)&") do
    count = count + 1
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name = decoded(name):lower()
    if name:find("namespace", 1, true) then
      named = named + 1
      -- A label of RFC 1123, written as it is.
      if pair:sub(1, 10) ~= "namespace=" or #value > 63 or not value:find("^[a-z0-9][a-z0-9-]*$") or value:sub(-1) == "-" then
        return false
      end
    end
  end
  return count <= most_parameters and named == 1
end

local function on_request(handle)
  local headers = handle:headers()
  if not is_artifact(headers) then
    return
  end
  handle:streamInfo():dynamicMetadata():set("gatehouse", mark, "yes")
  if not names_one_namespace(headers:get(":path")) then
    handle:respond(
      { [":status"] = "403", ["content-type"] = "text/plain", ["cache-control"] = "no-store" },
      "An artifact's address has to name its namespace once: ?namespace=<namespace>.\n"
    )
  end
end

local function on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if own and own[mark] then
    handle:headers():add("content-security-policy", "sandbox allow-downloads")
    handle:headers():replace("x-content-type-options", "nosniff")
  end
end

envoy_on_request = guarded("pipeline artifacts", on_request)
envoy_on_response = guarded_answer("pipeline artifacts", on_response, function(headers)
  headers:replace(":status", "500")
end)
