"""The real tables that fathom is tried on: what each is called, where it comes from, its target, and why it is there."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """One file.

    Attributes:
        name: of the CSV file.
        source: which function of `fetch.py` reads it.
        entry: its name there.
        target: the column to predict.
        why: what is hard about it.
        numbered: written with row numbers in a first column without a name, as R's write.csv and pandas do by default.
    """

    name: str
    source: str
    entry: str
    target: str
    why: str
    numbered: bool = False


TABLES = (
    Table("mlc_churn", "modeldata", "mlc_churn", "churn", "14% positives, area codes"),
    Table("wa_churn", "modeldata", "wa_churn", "churn", "missing totals"),
    Table("attrition", "modeldata", "attrition", "Attrition", "16% positives", True),
    Table("credit_data", "modeldata", "credit_data", "Status", "missing values, row numbers", True),
    Table("lending_club", "modeldata", "lending_club", "Class", "5% positives, many levels"),
    Table("ames", "modeldata", "ames", "Sale_Price", "74 mixed columns, prices"),
    Table("concrete", "modeldata", "concrete", "compressive_strength", "clean numbers, repeated mixes"),
    Table("car_prices", "modeldata", "car_prices", "Price", "dummies of one factor", True),
    Table("cells", "modeldata", "cells", "class", "a column that says train or test"),
    Table("penguins", "modeldata", "penguins", "species", "easy, missing values"),
    Table("stackoverflow", "modeldata", "stackoverflow", "Remote", "10% positives, hardly learnable"),
    Table("sacramento", "modeldata", "Sacramento", "price", "zip codes, places"),
    Table("chicago", "modeldata", "Chicago", "ridership", "dates, a day is a row"),
    Table("check_times", "modeldata", "check_times", "check_time", "names of packages, heavy tail"),
    Table("tate", "modeldata", "tate_text", "year", "ids, free text, nearly nothing else"),
    Table("reviews", "modeldata", "training_data", "score", "nothing but free text"),
    Table("pd_speech", "modeldata", "pd_speech", "class", "252 rows, 751 inputs"),
    Table("meats", "modeldata", "meats", "protein", "spectra: 100 inputs that are nearly one"),
    Table("alzheimer", "modeldata", "ad_data", "Class", "333 rows, 130 inputs"),
    Table("hpc", "modeldata", "hpc_data", "class", "4 ordered classes"),
    Table("scat", "modeldata", "scat", "Species", "110 rows"),
    Table("biomass", "modeldata", "biomass", "HHV", "names of samples"),
    Table("drinks", "modeldata", "drinks", "S4248SM144NCEN", "a date and a number"),
    Table("grants", "modeldata", "grants_other", "class", "1,502 inputs"),
    Table("shuttle", "mlbench", "Shuttle", "Class", "58,000 rows, a class of 10"),
    Table("dna", "mlbench", "DNA", "Class", "180 binary inputs"),
    Table("satellite", "mlbench", "Satellite", "classes", "6 classes, names with spaces"),
    Table("pima", "mlbench", "PimaIndiansDiabetes", "diabetes", "zeros that mean missing"),
    Table("soybean", "mlbench", "Soybean", "Class", "19 classes in 683 rows, codes"),
    Table("house_votes", "mlbench", "HouseVotes84", "Class", "y, n and missing"),
    Table("ozone", "mlbench", "Ozone", "V4", "366 days, missing target"),
    Table("zoo", "mlbench", "Zoo", "type", "101 rows, 7 classes, TRUE and FALSE"),
    Table("credit_g", "weka", "credit-g", "class", "30% bad, words with signs"),
    Table("segment", "weka", "segment-challenge", "class", "7 classes, a constant column"),
    Table("supermarket", "weka", "supermarket", "total", "216 columns, 't' or missing"),
    Table("movies", "vega", "movies.json", "US Gross", "money, dates, titles, names"),
    Table("birdstrikes", "vega", "birdstrikes.csv", "Effect Amount of damage", "a class with one example: refused"),
    Table("wildlife_size", "vega", "birdstrikes.csv", "Wildlife Size", "10,000 rows, many levels, dates, costs"),
    Table("seattle_weather", "vega", "seattle-weather.csv", "weather", "dates, 5 classes"),
    Table("flights", "vega", "flights-10k.json", "delay", "dates with times, hardly learnable"),
    Table("cars", "vega", "cars.json", "Miles_per_Gallon", "names, dates"),
    Table("titanic", "orange", "titanic", "survived", "2,201 rows, 24 different ones"),
    Table("heart_disease", "orange", "heart_disease", "diameter narrowing", "303 rows, names with spaces"),
    Table("fair", "statsmodels", "fair/fair.csv", "affairs", "a quantity that is mostly 0"),
    Table("randhie", "statsmodels", "randhie/src/randhie.csv", "mdvis", "people with several years, dollars that follow the target"),
    Table("star98", "statsmodels", "star98/star98.csv", "PR50M", "products of columns as columns"),
    Table("statecrime", "statsmodels", "statecrime/statecrime.csv", "murder", "51 rows"),
    Table("wine", "sklearn", "load_wine", "target", "178 rows"),
)
