#!lua flags=no-writes
--[[
  Tells which commands the calling user may not run on our keys. Changes nothing.

  ARGV 1 a key of ours; it is not looked at, and so is none of KEYS, where a user without it would not get here
       then commands; a subcommand as config|get

  Returns the denied ones; one that the server does not know is denied, too
]]
local key = ARGV[1]
local without_key = { info = true, time = true, ["config|get"] = true, ["client|setname"] = true, select = true }
local function arguments(command)
  local name, sub = string.match(command, "^([^|]+)|(.+)$")
  if sub then
    return { name, sub, "x" }
  elseif without_key[command] then
    return { command }
  elseif command == "eval" or command == "evalsha" then
    return { command, "", "1", key }
  end
  return { command, key }
end

local denied = {}
for i = 2, #ARGV do
  local command = ARGV[i]
  local known, allowed = pcall(redis.acl_check_cmd, unpack(arguments(command)))
  if not (known and allowed) then
    denied[#denied + 1] = command
  end
end
return denied
