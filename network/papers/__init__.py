"""Papers of a plan: which are needed by when, what stands in them, and the form in which they are exchanged."""

from network.papers.case import Case as Case
from network.papers.case import cases as cases
from network.papers.case import option_case as option_case
from network.papers.checklist import Asked as Asked
from network.papers.checklist import Checker as Checker
from network.papers.checklist import Due as Due
from network.papers.checklist import Manners as Manners
from network.papers.checklist import Need as Need
from network.papers.checklist import by_due as by_due
from network.papers.checklist import checklist as checklist
from network.papers.filled import OF_GOODS as OF_GOODS
from network.papers.filled import Entry as Entry
from network.papers.filled import Paper as Paper
from network.papers.filled import known_facts as known_facts
from network.papers.filled import known_of as known_of
from network.papers.filled import load_faults as load_faults
from network.papers.filled import papers as papers
from network.papers.filled import papers_of as papers_of
from network.papers.schema import document as document
from network.papers.schema import schema_of as schema_of
from network.papers.schema import urn as urn
from network.papers.values import local as local
