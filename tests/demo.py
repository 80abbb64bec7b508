"""``make demo``: renders a small scene with sound, edits it with one sentence, and says where to look.

python tests/demo.py FOLDER
"""

from __future__ import annotations

import math
import shlex
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 25, 6
INSTRUCTION = "make the car red and everything a bit warmer, fade in over one second"


def scene(moment: float) -> Image.Image:
    """A car on its way between hills and the sea, ``moment`` from 0 to 1 of the clip; drawn twice as large."""
    w, h = 2 * WIDTH, 2 * HEIGHT
    image = Image.new("RGB", (w, h))
    draw = ImageDraw.Draw(image)
    for y in range(h):
        part = y / h
        draw.line([(0, y), (w, y)], (int(110 + 110 * part), int(165 + 50 * part), int(225 - 10 * part)))
    sun = (int(w * (0.2 + 0.1 * moment)), int(h * 0.22))
    draw.ellipse([sun[0] - 60, sun[1] - 60, sun[0] + 60, sun[1] + 60], (255, 246, 205))
    for depth, (base, height, color) in enumerate([(0.52, 60, (120, 150, 165)), (0.6, 80, (92, 132, 98))]):
        drift = moment * (60 + 120 * depth)
        ridge = [
            (x, h * base + height * math.sin((x + drift) / (150 - 40 * depth)) + 18 * math.sin((x + drift) / 37))
            for x in range(0, w + 8, 8)
        ]
        draw.polygon([(0, h), *ridge, (w, h)], color)
    draw.rectangle([0, h * 0.78, w, h], (84, 84, 90))
    for x in range(-200, w + 200, 160):
        left = x - int(moment * 1400) % 160
        draw.rectangle([left, h * 0.88, left + 80, h * 0.89], (225, 220, 200))
    car(draw, int(-240 + moment * (w + 240)), int(h * 0.8), moment)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def car(draw: ImageDraw.ImageDraw, x: int, y: int, moment: float) -> None:
    """A blue car whose wheels turn."""
    draw.rounded_rectangle([x, y - 50, x + 220, y + 10], 20, (40, 92, 190))
    draw.polygon([(x + 45, y - 48), (x + 75, y - 98), (x + 155, y - 98), (x + 190, y - 48)], (40, 92, 190))
    draw.polygon([(x + 62, y - 52), (x + 82, y - 88), (x + 112, y - 88), (x + 112, y - 52)], (205, 228, 240))
    draw.polygon([(x + 122, y - 52), (x + 122, y - 88), (x + 150, y - 88), (x + 172, y - 52)], (205, 228, 240))
    draw.rectangle([x + 208, y - 38, x + 220, y - 24], (255, 240, 170))
    for wheel in (x + 50, x + 170):
        draw.ellipse([wheel - 26, y - 14, wheel + 26, y + 38], (30, 30, 34))
        turn = moment * 40
        end = (wheel + 18 * math.cos(turn), y + 12 + 18 * math.sin(turn))
        draw.line([(wheel, y + 12), end], (190, 190, 195), 6)


def render(path: Path) -> None:
    """Writes the scene as an MP4 with a quiet chord."""
    sound = "+".join(f"0.06*sin(2*PI*{hertz}*t)" for hertz in (220, 277.18, 329.63))
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-",
        "-f", "lavfi", "-i", f"aevalsrc={sound}:s=48000:d={SECONDS}",
        "-vf", "scale=out_color_matrix=bt709", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "16",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-c:a", "aac", "-b:a", "128k", "-metadata", "title=The road by the sea", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for number in range(RATE * SECONDS):
            process.stdin.write(scene(number / (RATE * SECONDS)).tobytes())
    if process.returncode:
        raise SystemExit(process.returncode)


def main(folder: Path) -> int:
    """Renders, edits, and prints what to look at."""
    folder.mkdir(exist_ok=True)
    clip, edited, sheet = folder / "road.mp4", folder / "road-edited.mp4", folder / "road-edited.png"
    print(f"rendering {clip}", file=sys.stderr)
    render(clip)
    command = ["lbvedit", "edit", str(clip), INSTRUCTION, "-o", str(edited), "--contact-sheet", str(sheet), "-y"]
    print(f"$ {shlex.join(command)}", file=sys.stderr)
    done = subprocess.run(command, check=False)
    if not done.returncode:
        print(f"source:        {clip}\nresult:        {edited}\nside by side:  {sheet}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
