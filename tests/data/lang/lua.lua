--[[ block
--]]
local a = [==[ ]]
-- text
]==] -- trailing
-- line
print("--[[ text")
--[==[ a ]]
]==]
