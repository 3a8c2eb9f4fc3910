@echo off
rem Double-click this on Windows. It needs Python from python.org and no network.
setlocal
cd /d "%~dp0"
for %%v in ($pythons) do (
  py -%%v -c "" >nul 2>nul && (
    py -%%v start.py %*
    goto end
  )
)
python --version >nul 2>nul && (
  python start.py %*
  goto end
)
echo There is no Python. Install one of $pythons from python.org and tick "Add to PATH".
:end
if "%~1"=="" pause
