"""What people look at: contact sheets and the self-contained HTML report; numbers and pixels in, pictures and text out.

observer = Observer(asked)            watches (before, after, mattes) go by, window after window
findings = observer.finish()          moments, masks over time, figures
contact_sheet(findings.moments)       a PIL image
render(Page(..., findings))           one HTML page
"""
