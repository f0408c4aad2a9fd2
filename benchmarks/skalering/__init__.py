"""What a national hub needs: a simulation of the gateway from measured costs. See docs/scaling.md."""
