"""The console before a living stack: with this file the folder is a package, so that its stack ends with its last test."""
