-- On public routes: the model's own code may want the caller's credentials, but not a token of the deployment's clients,
-- which somebody may go on sending who was given it while the endpoint was private. See is_client_token in
-- runner/access.py: both engines know a token by its form.
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function decoded(text)
  local bytes, bits, width = {}, 0, 0
  for character in text:gmatch("[%w+/]") do
    bits = bits * 64 + ALPHABET:find(character, 1, true) - 1
    width = width + 6
    if width >= 8 then
      width = width - 8
      bytes[#bytes + 1] = string.char(math.floor(bits / 2 ^ width))
      bits = bits % 2 ^ width
    end
  end
  return table.concat(bytes)
end

local function is_client_token(text)
  local secret = text:match("^[a-z_][a-z0-9_-]*%.([%w_-]+)$")
  return secret ~= nil and #secret == 43
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local scheme, rest = (headers:get("authorization") or ""):match("^(%a+) +(.-) *$")
  if scheme == nil then return end
  local name, token = "", rest
  if scheme:lower() == "basic" then
    name, token = decoded(rest):match("^([^:]*):(.*)$")
  elseif scheme:lower() ~= "bearer" then
    return
  end
  -- A server that goes in for somebody may have read a moment ago that the endpoint is private.
  if token and (is_client_token(token) or name == "primehub-deploy.server") then headers:remove("authorization") end
end
