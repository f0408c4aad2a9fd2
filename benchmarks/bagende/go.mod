module bagende

go 1.21
