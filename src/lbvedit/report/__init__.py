"""What people look at: contact sheets and the self-contained HTML report; numbers and pixels in, files out."""
