"""Put together what is told to colleagues and to other programs, and have it carried out."""
