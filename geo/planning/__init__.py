"""The jobs of the service: assess what is published, weigh it, publish, load what ships.

Here the store meets the domain: the assessment of published data, weights from any source, how sure
it is, publishing of layers, figures, models and land, reference data and the demo. In come a store
and a question. How an answer is shown is not known here.
"""
