-- comment
SELECT 'a''b
-- text
'; -- trailing
/* a
b */
