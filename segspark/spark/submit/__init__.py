"""What spark-submit needs beside the wheel: settings, jobs, the code as a zip, and the pom of the jars."""
