C comment
* comment
      CALL X
! comment
