-- Lets callers send "Authorization: Bearer <token>" where basic_auth, the next filter, understands only Basic.
-- A token begins with its client's name and a dot, and is as a whole the password of that name.
function envoy_on_request(handle)
  local headers = handle:headers()
  local scheme, rest = (headers:get("authorization") or ""):match("^(%a+) +(.+)$")
  if scheme == nil then return end
  scheme = scheme:lower()
  -- basic_auth wants the scheme spelt exactly so; RFC 9110 says that its case doesn't matter.
  if scheme == "basic" then headers:replace("authorization", "Basic " .. rest) end
  local name = rest:match("^([^.:]+)%..+$")
  if scheme == "bearer" and name ~= nil then
    headers:replace("authorization", "Basic " .. handle:base64Escape(name .. ":" .. rest))
  end
end
