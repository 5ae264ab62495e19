"""What people look at: Folium maps, whole pages, charts and printed sheets.

At the root: the words of the interface, escaping, colours, the files a page needs, raster tiles.
folium holds the pieces of an interactive map, pages the whole pages, sheets what is printed. In come
assessments, layers and a language; no address, no request and no permission is known here.
"""
