#!lua
-- Makes what lies ready in keys of its own the contents of a project that was never written to: all at once or not at all.
-- KEYS: meta, done, records, entries, events of the project, then the keys where records, entries and events lie ready.
-- ARGV: the token of the load, which becomes the first revision; the sequence; how many seconds the token is remembered;
--   how many records, entries and events must lie ready.
-- Result: 1 when the project is loaded, also by an earlier call with the same token; 0 when it was written to before, nothing
--   is changed; -1 when something of what should lie ready is gone, nothing is changed.
local revision = redis.call('HGET', KEYS[1], 'revision')
if revision == ARGV[1] or redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 1 end
if revision then return 0 end

if redis.call('HLEN', KEYS[6]) ~= tonumber(ARGV[4]) then return -1 end
if redis.call('ZCARD', KEYS[7]) ~= tonumber(ARGV[5]) then return -1 end
if redis.call('XLEN', KEYS[8]) ~= tonumber(ARGV[6]) then return -1 end

local needed = {
  { 'RENAME', KEYS[6], KEYS[3] }, { 'PERSIST', KEYS[3] }, { 'HSET', KEYS[1], 'f', '' }, { 'ZADD', KEYS[2], '0', '' },
  { 'EXPIRE', KEYS[2], '1' },
}
for _, command in ipairs(needed) do
  if not redis.acl_check_cmd(unpack(command)) then return redis.error_reply('NOPERM ' .. command[1]) end
end

for part = 0, 2 do
  if tonumber(ARGV[4 + part]) > 0 then
    redis.call('RENAME', KEYS[6 + part], KEYS[3 + part])
    redis.call('PERSIST', KEYS[3 + part])
  end
end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'sequence', ARGV[2])
redis.call('ZADD', KEYS[2], redis.call('TIME')[1], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
