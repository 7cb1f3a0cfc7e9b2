-- Gives a notebook the Authorization that its client sent, where the settings say so. The rules for tokens stand before this and
-- have taken away the session's own (forwardOriginalToken).
local function apply(handle)
  local own = handle:streamInfo():dynamicMetadata():get("gatehouse")
  if own and own["notebook_authorization"] then
    handle:headers():replace("authorization", own["notebook_authorization"])
  end
end

envoy_on_request = guarded("notebook authorization", apply)
