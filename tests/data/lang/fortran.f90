! comment
print *, "! text" ! trailing
