"""One picture, no memory: what is written here?"""
