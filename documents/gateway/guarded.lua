-- Envoy lets a request through whose filter fails. This refuses it with 500, and says so in the log.
local function guarded(filter, on_request)
  return function(handle)
    local ok, message = pcall(on_request, handle)
    if not ok then
      handle:logErr(filter .. ": " .. tostring(message))
      handle:respond({ [":status"] = "500" }, "")
    end
  end
end

-- On the way back nothing can be refused any more. Where an answer must not go on as it is, `otherwise` takes from its headers what
-- the filter should have looked at.
local function guarded_answer(filter, on_response, otherwise)
  return function(handle)
    local ok, message = pcall(on_response, handle)
    if not ok then
      handle:logErr(filter .. ": " .. tostring(message))
      if otherwise then
        otherwise(handle:headers())
      end
    end
  end
end
