"""The main flow: a video goes in, a pipeline runs, a faithful video comes out.

``run`` is the whole of it and reads top to bottom in ``flow.py``; ``checks`` refuses what cannot end well before
anything is loaded, ``timing`` turns steps on time and sound into a time line, ``workfolder`` makes a killed job go on.
"""
