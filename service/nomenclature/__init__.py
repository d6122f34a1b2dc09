"""What goods are called: tariff codes with their dates, dangerous goods, words to headings.

Pure and without state: tables come from files, answers from tables.
"""
