"""Pictures of domain objects: Folium maps, charts and sheets. It knows no HTTP."""
