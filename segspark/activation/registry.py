"""The socket of destinations; the first is the one that is meant if nothing is said."""

from segspark.activation.csv_file import CSV_FILE
from segspark.activation.destination import Destination
from segspark.sockets import Socket

DESTINATIONS: Socket[Destination] = Socket("destination", CSV_FILE)
