@echo off
rem Double-click this on Windows. It needs Python from python.org and no network.
setlocal
pushd "%~dp0"
set PYTHON_MANAGER_AUTOMATIC_INSTALL=false
set status=1
for %%v in ($pythons) do (
  py -%%v -c "" >nul 2>nul && (
    py -%%v start.py %*
    goto started
  )
)
python --version >nul 2>nul && (
  python start.py %*
  goto started
)
echo There is no Python. Install one of $pythons from python.org and tick "Add to PATH".
goto end
:started
set status=%errorlevel%
:end
popd
if "%~1"=="" pause
exit /b %status%
