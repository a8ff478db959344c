"""A client of the service for Python programs; it needs nothing of the service itself."""

from api.client.errors import Fault as Fault
from api.client.errors import ProblemError as ProblemError
from api.client.errors import UnreachableError as UnreachableError
from api.client.events import ServerEvent as ServerEvent
from api.client.hubport import Hubport as Hubport
from api.client.models import Allotment as Allotment
from api.client.models import AuditEntry as AuditEntry
from api.client.models import Booking as Booking
from api.client.models import Departure as Departure
from api.client.models import Firm as Firm
from api.client.models import Key as Key
from api.client.models import Me as Me
from api.client.models import NewKey as NewKey
from api.client.models import Option as Option
from api.client.models import Place as Place
from api.client.models import Quote as Quote
from api.client.models import Room as Room
from api.client.models import User as User
