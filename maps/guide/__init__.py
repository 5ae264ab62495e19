"""The manuals, as pages of the service: one chapter a file of Markdown, in Indonesian and in English.

Here live the texts (`id/`, `en/`), the order of the chapters and the renderer that makes a chapter
HTML with anchors, a table of contents and links into the service. In come a chapter's name, a
language and the path before the service's doors; nothing is read from the store.
"""
