{- a {- nested -}
-}
main = putStrLn "-- text" -- trailing
-- line
