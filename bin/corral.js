#!/usr/bin/env -S node --disable-warning=TimeoutNegativeWarning
console.log("hi", process.version, process.execArgv);
