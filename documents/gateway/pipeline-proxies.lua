-- The UI of Kubeflow Pipelines before 2.17 hands on /pipeline/apis/…/_proxy/<any address>, and every request whose Referer has such an
-- address in it, so that a link shows anybody's page on the dashboard's own origin (CVE-2026-54745; proxy-middleware.ts of its
-- frontend). Nothing of Kubeflow asks for it. The same UI shows TensorBoards of its own below /apps/tensorboard/proxy/: closed
-- where what runs anybody's code has hosts of its own.
local ui_host = {{uiHost}}
-- Whether all of that host is the UI, which has the same below "/" as below "/pipeline/".
local whole_host = {{wholeHost}}
-- Where the gate's host is an address, its routes are there under every name.
local under_every_name = {{underEveryName}}
local viewers_closed = {{viewersClosed}}

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- Kubeflow's route for the UI is the prefix, without a slash at its end.
local function is_of_pipelines(path)
  return whole_host or path:find("^/pipeline") ~= nil
end

local function fault(path)
  if path:find("/_proxy/", 1, true) then
    return "This proxy would show pages of any address on this origin."
  end
  local beginning = path:match("^/pipeline(/.*)$") or (whole_host and path) or ""
  if viewers_closed and beginning:find("^/+apps/+tensorboard/+proxy") then
    return "TensorBoards are on hosts of their own: make one with the dashboard's TensorBoards."
  end
  return nil
end

local function apply(handle)
  local headers = handle:headers()
  local authority = (headers:get(":authority") or ""):lower():gsub(":[^:%]]*$", ""):gsub("%.$", "")
  if not (under_every_name or authority == ui_host) then
    return
  end
  -- Twice, for whoever behind this decodes once more.
  local path = decoded(decoded((headers:get(":path") or ""):gsub("[?#].*", ""))):lower()
  local what = is_of_pipelines(path) and fault(path)
  if what then
    handle:respond({ [":status"] = "403", ["content-type"] = "text/plain", ["cache-control"] = "no-store" }, what .. "\n")
  -- On whatever path: the UI takes the address from there, and nobody else has a use for it.
  elseif (headers:get("referer") or ""):lower():find("_proxy/", 1, true) then
    headers:remove("referer")
  end
end

envoy_on_request = guarded("pipeline proxies", apply)
