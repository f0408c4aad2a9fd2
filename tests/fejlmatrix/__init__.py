"""The failure matrix: with this file the folder is a package, so that its servers end with its last test."""
