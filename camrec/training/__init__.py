"""Where the networks come from. Nothing that reads imports this package.

What is here makes and trains a network: ``recipe`` says what it learns from, ``network`` and ``fit`` what it is and how it
learns, ``train`` is the whole of it and ``tune`` the search for settings. ``data`` reads labelled characters, ``rendering``
draws more, ``evaluation`` measures models, ``explanation`` takes them apart, ``export`` writes them for other machines, and
``plots`` draws what there is to see.
"""
