#!lua flags=no-writes
-- Answers questions about one project, all of one moment. Writes nothing, so it works on a replica and on a full server.
-- KEYS: meta, records, entries of the project.
-- ARGV: the revision the answers must be of ('*': any); for how many milliseconds at most the asking unit makes way for the
--   turn of another ('0': it makes way for nobody); then the questions, as `answer` takes them.
-- Result: { revision ('' before the first commit) } alone when it is another than expected; else
--   { revision, sequence, now (milliseconds), how long to make way (milliseconds, 0: not at all), answers... }.
--   There are no answers while making way.
local meta = redis.call('HMGET', KEYS[1], 'revision', 'sequence', 'latest', 'until')
local revision = meta[1] or ''
if ARGV[1] ~= '*' and ARGV[1] ~= revision then return { revision } end

local time = clock()
local wait = 0
if ARGV[2] ~= '0' and meta[4] then
  wait = math.max(0, tonumber(meta[4]) - time)
  -- The clock was set back: no turn lasts that long.
  if wait > tonumber(ARGV[2]) then wait = 0 end
end
local result = opening(meta[1], meta[2], meta[3], time, wait)
if wait > 0 then return result end
return answer(result, ARGV, 3)
