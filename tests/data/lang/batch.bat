REM comment
:: comment
@rem comment
REMOVE code
echo REM
