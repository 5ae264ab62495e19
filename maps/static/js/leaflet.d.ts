/* As much of Leaflet 1.9 as these scripts call. */

declare namespace L {
  type Place = LatLng | [number, number] | number[];
  type Corners = LatLngBounds | number[][];

  class LatLng {
    lat: number;
    lng: number;
    distanceTo(other: LatLng): number;
    toBounds(sizeM: number): LatLngBounds;
    wrap(): LatLng;
  }
  class LatLngBounds {
    extend(other: LatLngBounds): LatLngBounds;
    getCenter(): LatLng;
    intersects(other: LatLngBounds): boolean;
    isValid(): boolean;
    pad(share: number): LatLngBounds;
  }
  class Point {
    x: number;
    y: number;
    equals(other: Point): boolean;
  }
  class Evented {
    on(names: string, listener: (event: any) => void): this;
    off(names: string, listener: (event: any) => void): this;
    fire(name: string, facts?: object): this;
  }
  class Layer extends Evented {
    options: { [name: string]: any };
    addTo(map: Map): this;
    remove(): this;
    getPopup(): Popup;
    bindPopup(content: () => Element, options?: object): this;
    openPopup(): this;
    isPopupOpen(): boolean;
    bindTooltip(content: Element | Tooltip, options?: object): this;
    addData(feature: object): this;
    bringToFront(): this;
    unbindTooltip(): this;
    getTooltip(): Tooltip | undefined;
    setTooltipContent(content: Element): this;
  }
  /* A polygon, a line or a circle of a GeoJSON layer; a circle has a place and no bounds. */
  class Area extends Layer {
    feature: { id: string; properties: { [name: string]: any } };
    getBounds(): LatLngBounds;
    getLatLng(): LatLng;
    getElement(): SVGPathElement;
    setStyle(style: object): this;
  }
  class LayerGroup extends Layer {
    static extend(members: object): new (...facts: any[]) => LayerGroup;
    initialize(layers: Layer[], options?: object): void;
    onAdd(map: Map): void;
    onRemove(map: Map): void;
    addTo(map: Map): this;
    addLayer(layer: Layer): this;
    clearLayers(): this;
    eachLayer(use: (layer: Area) => void): this;
    getLayers(): Area[];
    getBounds(): LatLngBounds;
  }
  class GridLayer extends Layer {
    static extend(members: object): new (...facts: any[]) => GridLayer;
    getContainer(): HTMLElement;
    redraw(): this;
  }
  class Overlay extends Layer {
    setLatLng(place: Place): this;
    setContent(content: Element): this;
    getElement(): HTMLElement;
    update(): void;
  }
  class Popup extends Overlay {}
  class Tooltip extends Overlay {
    static extend(members: object): new (options?: object) => Tooltip;
  }
  class Map extends Evented {
    options: { [name: string]: any };
    attributionControl: { setPrefix(text: string): void };
    dragging: { moving(): boolean };
    addLayer(layer: Layer): this;
    removeLayer(layer: Layer): this;
    hasLayer(layer: Layer): boolean;
    closePopup(): this;
    containerPointToLatLng(point: number[]): LatLng;
    createPane(name: string): HTMLElement;
    fitBounds(bounds: Corners, options?: object): this;
    getBounds(): LatLngBounds;
    getCenter(): LatLng;
    getContainer(): HTMLElement;
    getPane(name: string): HTMLElement | undefined;
    getSize(): Point;
    getZoom(): number;
    invalidateSize(animate: boolean): this;
    latLngToContainerPoint(place: Place): Point;
    layerPointToContainerPoint(point: number[]): Point;
    panInside(place: Place, options?: object): this;
    project(place: LatLng, zoom: number): Point;
    setMaxBounds(bounds: LatLngBounds): this;
    setView(place: Place, zoom: number, options?: object): this;
  }

  const control: Record<"scale" | "zoom", (options?: object) => { addTo(map: Map): void }>;
  function canvas(options?: object): object;
  function divIcon(options: object): object;
  function map(frame: HTMLElement, options?: object): Map;
  function marker(place: Place, options?: object): Layer;
  function rectangle(corners: Corners, options?: object): Layer;
  const DomUtil: {
    create(tag: "canvas", className: string): HTMLCanvasElement;
    setPosition(one: HTMLElement, point: Point): void;
  };
  function geoJSON(collection: object, options?: object): LayerGroup;
  function latLng(place: Place): LatLng;
  function latLngBounds(corners: number[][]): LatLngBounds;
  function setOptions(one: object, options: object): void;
  function stamp(one: object): number;
  function circleMarker(place: Place, options?: object): Layer;
  function layerGroup(layers?: Layer[]): LayerGroup;
  function polyline(places: Place[], options?: object): Layer;
  function tooltip(options?: object): Tooltip;
}

/* The reader of protocol buffers, pbf 5. */
declare namespace Pbf {
  class PbfReader {
    constructor(bytes: Uint8Array);
    pos: number;
    readFields<T>(use: (tag: number, into: T, at: PbfReader) => void, into: T, end?: number): T;
    readVarint(): number;
    readSVarint(): number;
    readString(): string;
  }
}
