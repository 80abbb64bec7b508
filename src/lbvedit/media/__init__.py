"""Video in and out: probe, read, time line, sound, write, remux. The only room with PyAV and ffmpeg."""
