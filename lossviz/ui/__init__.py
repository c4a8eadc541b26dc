"""Pages' parts: frame, state, controls, components. The only package besides the pages that imports
streamlit.
"""
