"""Pieces of an interactive map: outlines, colours, legends, popups, built by Folium.

Here live the choropleth and its drawing, the cards that open on a click, legends and themes, and
the page element that needs no network. What a popup says is made in `cards` and laid out by
`static/js/card.js`, which writes that of a settlement site itself. In come frames and assessments; no store is opened.
"""
