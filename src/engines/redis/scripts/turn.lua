#!lua
-- Takes, keeps or gives back the turn of a project: while somebody has it, others wait a little before they begin a unit.
-- Nothing depends on it but the work that is saved.
-- KEYS: meta of the project.
-- ARGV: the token of the unit; for how many milliseconds ('0': gives it back).
-- Result: 0 when the unit has the turn (or has given it back), else how many milliseconds somebody else still has it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = redis.call('HMGET', KEYS[1], 'turn', 'until')
if turn[1] and turn[1] ~= ARGV[1] and tonumber(turn[2]) > now then return tonumber(turn[2]) - now end
if ARGV[2] ~= '0' then
  redis.call('HSET', KEYS[1], 'turn', ARGV[1], 'until', now + tonumber(ARGV[2]))
elseif turn[1] == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'turn', 'until')
end
return 0
