-- Lets callers send "Authorization: Bearer name.secret" where basic_auth, the next filter, understands only Basic.
function envoy_on_request(handle)
  local headers = handle:headers()
  local scheme, rest = (headers:get("authorization") or ""):match("^(%a+) +(.+)$")
  if scheme == nil then return end
  scheme = scheme:lower()
  -- basic_auth wants the scheme spelt exactly so; RFC 9110 says that its case doesn't matter.
  if scheme == "basic" then headers:replace("authorization", "Basic " .. rest) end
  local name, secret = rest:match("^([^.]+)%.(.+)$")
  if scheme == "bearer" and name ~= nil then
    headers:replace("authorization", "Basic " .. handle:base64Escape(name .. ":" .. secret))
  end
end
